"""The long proof: power cuts in every combination, and real processes that are killed."""
