"""From a frozen wave to agencies' scores with their uncertainty, and back again by replay."""
