// name: write-campaigns
// question: Write the campaigns of this run and their rings.
// param run: string
// param rows: list
// audience: internal
// mode: write
UNWIND $rows AS row
MERGE (campaign:Campaign {campaign_id: row.campaign_id})
ON CREATE SET campaign.found_at = datetime()
SET campaign.rings = size(row.ring_ids), campaign.accounts = row.accounts,
    campaign.shared = row.shared, campaign.shared_bits = row.shared_bits,
    campaign.capabilities = row.capabilities,
    campaign.capability_requests = row.capability_requests, campaign.channels = row.channels,
    campaign.requests = row.requests, campaign.input_tokens = row.input_tokens,
    campaign.output_tokens = row.output_tokens, campaign.first_seen = row.first_seen,
    campaign.last_seen = row.last_seen, campaign.proxies = row.proxies,
    campaign.run = $run,
    // In the order of the proxies, each once.
    campaign.operators = COLLECT {
      UNWIND row.proxies AS proxy_id
      MATCH (proxy:Proxy {proxy_id: proxy_id})
      WHERE proxy.operator IS NOT NULL
      RETURN DISTINCT proxy.operator
    }
WITH campaign, row
UNWIND row.ring_ids AS ring_id
MATCH (ring:Ring {ring_id: ring_id})
MERGE (ring)-[part:PART_OF]->(campaign)
SET part.run = $run
