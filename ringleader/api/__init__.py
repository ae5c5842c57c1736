"""The Python API: :func:`ringleader.connect` and what its methods take and return.

:class:`ringleader.api.connection.Connection` is the facade. The modules beside it hold the
operations: a graph goes in, rows or a small dataclass come out. The command line and jobs render
those; the facade turns rows into frames.
"""
