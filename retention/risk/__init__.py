"""The exchange's own risk model: how likely a consumer is not to renew (CRW-04, C.5 row 8).

``features`` says what is known of a consumer and in which words; ``scoring`` turns that into a
probability, a risk of 1 to 5 and reasons, with nothing but the stored coefficients; ``training``
finds these from past renewals and is the only part that needs scikit-learn; ``services`` keeps
the versions, one of which a person puts into use.
"""
