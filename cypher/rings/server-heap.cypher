// name: server-heap
// question: How much heap does the server have, in bytes?
// column most: integer
// mode: read
// audience: internal
CALL dbms.queryJmx('java.lang:type=Memory') YIELD attributes
RETURN attributes.HeapMemoryUsage.value.properties.max AS most
