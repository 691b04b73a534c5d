"""What a doubter makes of one evidence curve."""
