"""The promise, held against schedules of people, trouble and sudden ends: what the person was told is what was so."""
