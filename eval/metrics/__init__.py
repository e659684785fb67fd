"""What is measured, one module a family; every function says how it is defined and by whom.

``answers`` scores one answer, ``citations`` and ``grounding`` what it cites, ``ranking`` what was retrieved;
``aggregates`` and ``calibration`` turn the scores of many cases into the figures of a run.
"""
