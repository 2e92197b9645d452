"""The demonstration: a site for a city whose true scores are known, made by the verbs of the product."""
