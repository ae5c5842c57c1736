// name: drop-indications
// question: Untie indicators from what they name.
// param rows: integer = 10000
// mode: write
// audience: internal
MATCH (:Indicator)-[names:INDICATES]->()
CALL (names) { DELETE names } IN TRANSACTIONS OF $rows ROWS
