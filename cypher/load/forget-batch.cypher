// name: forget-batch
// question: Forget a load that was taken back.
// param batch_id: string
// mode: write
// audience: internal
MATCH (batch:Batch {batch_id: $batch_id})
DETACH DELETE batch
