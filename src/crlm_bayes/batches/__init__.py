"""Thousands of trials at once: a row of a table in, the sceptic's answer to it out. No pymc, no matplotlib.

A printed ratio has a likelihood that is exactly normal, so that all of its answers are closed forms
(:mod:`crlm_bayes.scepticism.normal_estimates`) or, under a prior that is not normal, one quadrature; a table of counts
is answered one at a time by the exact engine itself.
"""
