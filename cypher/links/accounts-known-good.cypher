// name: accounts-known-good
// question: Which accounts have mail at these domains, or declare these organizations?
// A subdomain is of its domain. Numbers are the store's own.
// param domains: list
// param organizations: list
// column numbers: list
// mode: read
// audience: internal
CALL () {
  UNWIND $domains AS known
  MATCH (domain:EmailDomain) WHERE domain.domain = known OR domain.domain ENDS WITH '.' + known
  MATCH (account:Account)-[:REGISTERED_WITH]->(domain)
  RETURN account
  UNION
  UNWIND $organizations AS known
  MATCH (:Organization {organization_id: known})<-[:IN_ORGANIZATION]-(account:Account)
  RETURN account
}
RETURN collect(id(account)) AS numbers
