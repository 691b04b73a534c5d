"""What is made of results beside their pages: multiverses, files to print, to edit and to send."""
