"""The application around the questionnaire and the statistics; imports run one way, from the pages down."""
