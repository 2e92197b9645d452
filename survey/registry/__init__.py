"""Organisations over time, the places where people do their errands, and the devices that stand there."""
