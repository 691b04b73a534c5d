"""The live explorer of a page: what any prior makes of an analysis, computed and drawn in the reader's browser."""

from crlm_bayes.pages.explorer.payload import CurvePayload, Payload, payload

__all__ = ["CurvePayload", "Payload", "payload"]
