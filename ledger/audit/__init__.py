"""What a stranger verifies: bundles, the opinion, and the procedure that checks them offline. Pure; needs no extra."""
