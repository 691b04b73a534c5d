"""Several studies together: exact synthesis of evidence curves under common, random, shifted and discounted effects.

::

    members (a curve each) + structure --synthesise--> Synthesis.curve        what they say about μ, any prior aside
                                       --under(prior)-> Pooled                 μ, τ, β, σ, δ, effects, weights

No normal approximation of any study's likelihood is made; nothing is sampled.
"""

from crlm_bayes.synthesis.members import Member as Member
from crlm_bayes.synthesis.members import PowerPrior as PowerPrior
from crlm_bayes.synthesis.members import Shift as Shift
from crlm_bayes.synthesis.members import Structure as Structure
from crlm_bayes.synthesis.pooled import Effect as Effect
from crlm_bayes.synthesis.pooled import Pooled as Pooled
from crlm_bayes.synthesis.robust_map import RobustMap as RobustMap
from crlm_bayes.synthesis.robust_map import robust_map as robust_map
from crlm_bayes.synthesis.synthesis import Standing as Standing
from crlm_bayes.synthesis.synthesis import Synthesis as Synthesis
from crlm_bayes.synthesis.synthesis import synthesise as synthesise
from crlm_bayes.synthesis.weights import Weight as Weight
