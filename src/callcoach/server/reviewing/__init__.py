"""The pages of reviewing beside the call's own: what waits for whom, appeals, plans, calibration, own results."""
