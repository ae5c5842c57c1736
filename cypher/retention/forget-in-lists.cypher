// name: forget-in-lists
// question: Take accounts and identifiers out of the lists of decisions, rings, campaigns and groups.
// Identifiers are given as label|key; accounts among them as Account|id.
// param accounts: list
// param identifiers: list
// mode: write
// audience: internal
CALL () {
  MATCH (review:Review)
  WHERE any(name IN review.members WHERE name IN $accounts)
     OR any(name IN review.evidence WHERE name IN $identifiers)
  SET review.members = [name IN review.members WHERE NOT name IN $accounts],
      review.evidence = [name IN review.evidence WHERE NOT name IN $identifiers]
}
CALL () {
  MATCH (ring:Ring)
  WHERE any(name IN ring.last_members WHERE name IN $accounts)
  SET ring.last_members = [name IN ring.last_members WHERE NOT name IN $accounts]
}
CALL () {
  MATCH (aside:SetAside)
  WHERE any(name IN aside.members WHERE name IN $accounts)
  SET aside.members = [name IN aside.members WHERE NOT name IN $accounts]
}
CALL () {
  MATCH (campaign:Campaign)
  WITH campaign, [n IN range(0, size(campaign.shared) - 1)
    WHERE NOT any(name IN $identifiers WHERE campaign.shared[n] ENDS WITH '|' + name)] AS kept
  WHERE size(kept) < size(campaign.shared)
  SET campaign.shared_bits = [n IN kept | campaign.shared_bits[n]],
      campaign.shared = [n IN kept | campaign.shared[n]]
}
CALL () {
  MATCH (indicator:Indicator) WHERE indicator.label = 'Account' AND indicator.key IN $accounts
  DETACH DELETE indicator
}
CALL () {
  MATCH (pin:Pin) WHERE pin.target IN $identifiers
  DETACH DELETE pin
}
