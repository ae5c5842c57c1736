// name: close-appeal
// question: Record how an open appeal of an account ended.
// param account_id: string
// param state: string
// param note: string
// param by: string
// column appeal_id: string
// mode: write
// audience: internal
MATCH (appeal:Appeal {account_id: $account_id, state: 'open'})
SET appeal.state = $state, appeal.answer = $note, appeal.closed_by = $by,
    appeal.closed_at = datetime()
RETURN appeal.appeal_id AS appeal_id
