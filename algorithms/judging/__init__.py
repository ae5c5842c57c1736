"""The judge: from proposed groups of accounts to rings, their members and their bits.

``view`` holds the uses as sparse matrices, ``membership`` decides who belongs to a group,
``verdict`` weighs a group against chance, ``look_alikes`` asks for an innocent explanation, and
``tie`` turns what was judged into links that can be stored and explained.
"""
