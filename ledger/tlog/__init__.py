"""The transparency log, pure part: headers, tree, notes, checkpoints, proofs, policy, tiles (design §2.3, §2.4).

Nothing here reads a file, a clock or a network. Proofs come in three steps that never mix: work out which nodes are
needed, read them in one go (the caller's step), combine them.
"""
