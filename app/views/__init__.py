"""One room per thing a person sees; rooms do not import each other."""
