// name: gds-version
// question: Which version of Graph Data Science is installed?
// column gds: string
// audience: internal
// mode: read
RETURN gds.version() AS gds
