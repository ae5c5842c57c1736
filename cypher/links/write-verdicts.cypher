// name: write-verdicts
// question: What are the identifiers that rings use: theirs, or hubs of strangers? (A batch of $rows; assigned.)
// param run: string
// param rows: list
// mode: write
// audience: internal
UNWIND $rows AS row
CALL (row) {
  WITH row WHERE row.label = 'Ip'
  MATCH (identifier:Ip {address: row.key}) RETURN identifier
  UNION
  WITH row WHERE row.label = 'Device'
  MATCH (identifier:Device {device_id: row.key}) RETURN identifier
  UNION
  WITH row WHERE row.label = 'PromptCluster'
  MATCH (identifier:PromptCluster {prompt_cluster_id: row.key}) RETURN identifier
  UNION
  WITH row WHERE row.label = 'PaymentMethod'
  MATCH (identifier:PaymentMethod {payment_method_id: row.key}) RETURN identifier
  UNION
  WITH row WHERE row.label = 'EmailDomain'
  MATCH (identifier:EmailDomain {domain: row.key}) RETURN identifier
}
SET identifier.verdict = row.verdict, identifier.verdict_ring = row.ring,
    identifier.verdict_part = row.part, identifier.verdict_reasons = row.reasons,
    identifier.verdict_run = $run
