"""What becomes of stored papers: storing, standing, superseding, holds, disposal."""
