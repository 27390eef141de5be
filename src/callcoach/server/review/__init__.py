"""Reviews: what people make of a call's findings, appeals, queues of work, calibration rounds."""
