"""What confounding can do to a risk ratio, told the other way round."""


def bounding_factor(exposure: float, outcome: float) -> float:
    """Most by which confounding can have changed a risk ratio: RR_EU RR_UD / (RR_EU + RR_UD - 1).

    Parameters
    ----------
    exposure : float
        RR_EU, at least 1: how unequally the confounder is spread over the arms.
    outcome : float
        RR_UD, at least 1: how strongly it acts on the outcome.

    Returns
    -------
    float
        An observed risk ratio above 1 may be divided by it at most, one below 1 multiplied. With both at the E-value
        it is the observed ratio itself.
    """
    return exposure * outcome / (exposure + outcome - 1)
