"""`python -m crlm_bayes`."""

from crlm_bayes.cli import main

if __name__ == "__main__":
    main()
