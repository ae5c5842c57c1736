"""Apache Spark as the engine of preparation: the same expressions, beyond one machine."""
