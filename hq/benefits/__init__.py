"""What members come to by what they did: points that end, tiers, milestones, referrals; and events."""
