"""What if: past orders played against a draft program, to see what it would have given and cost."""
