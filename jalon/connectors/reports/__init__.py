"""Reports of test platforms, whichever wrote them, read into one shape.

Gazelle (EVSClient, test instances, Datahouse), the EU Interoperability Test Bed, Inferno and JUnit are known by
their content. The bytes are somebody else's: `reader` opens them in a process of its own, with limits,
which is why nothing is imported here.
"""
