"""Several studies together: exact synthesis of evidence curves under common, random, shifted and discounted effects.

::

    members (a curve each) + structure --synthesise--> Synthesis.curve        what they say about μ, any prior aside
                                       --under(prior)-> Pooled                 μ, τ, β, σ, δ, effects, weights

No normal approximation of any study's likelihood is made; nothing is sampled.
"""

from crlm_bayes.exact.synthesis.members import Member, PowerPrior, Shift, Structure
from crlm_bayes.exact.synthesis.pooled import Effect, Pooled
from crlm_bayes.exact.synthesis.robust_map import RobustMap, robust_map
from crlm_bayes.exact.synthesis.synthesis import PooledAt, Synthesis, synthesise
from crlm_bayes.exact.synthesis.weights import Weight

__all__ = [
    "Effect",
    "Member",
    "Pooled",
    "PooledAt",
    "PowerPrior",
    "RobustMap",
    "Shift",
    "Structure",
    "Synthesis",
    "Weight",
    "robust_map",
    "synthesise",
]
