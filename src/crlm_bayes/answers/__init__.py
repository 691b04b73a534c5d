"""From documents to questions, from questions to answers, from answers to results."""
