"""What proves stored papers: verdicts, renewals, records of days, lists of what is no longer in force."""
