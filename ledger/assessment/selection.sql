-- Selection and aggregation of observations (method R2, R3; design §4). One text for SQLite, DuckDB, PostgreSQL and Spark:
-- whole numbers only, no division, no dates, no dialect's functions, equality in ON and ranges in WHERE, a total order.
--
-- Read:  observation(entry, classification, code, unit, basis, frequency, day_from, day_to, status, high, low, nano)
--        evidence(query, entry, channel, published, several)   which statements a query may use; several = 1 where a point may
--                                                              come more than once in the channel, so that it is ranked
--        unit(unit, number, dimension)
--        withdrawn(entry, classification, code, day_from, day_to)
--        scope(query, classification, code, edition, node)     scopes expanded to the codes that are present
--        tree(query, node, above, own)                         each node with itself (own = 1) and all that stand above it
--        named(query, node)                                    the codes that the term itself names
--        weighed(query, day_from, day_to)                      the baseline's days, where coverage is weighed by value
-- Give:  one row for each query, channel, line, entry, unit, basis, frequency, period and status. Line -1 is the newest
--        figure of every point; any other line is what the entry of that number says by itself.

WITH admitted AS (
  -- R3: equality only, scopes having been expanded before.
  SELECT e.query, e.channel, e.entry, e.published, e.several, s.node, s.edition, u.number AS unit, u.dimension,
         o.basis, o.frequency, o.day_from, o.day_to, o.status, o.high, o.low, o.nano
  FROM observation o
  JOIN evidence e ON e.entry = o.entry
  JOIN scope s ON s.query = e.query AND s.classification = o.classification AND s.code = o.code
  JOIN unit u ON u.unit = o.unit
  LEFT JOIN withdrawn w ON w.entry = o.entry AND w.classification = o.classification AND w.code = o.code
                       AND w.day_from = o.day_from AND w.day_to = o.day_to
  WHERE w.entry IS NULL
),
ranked AS (
  -- R2: the newest publication of a point comes first, of one day's the later entry; the rest makes the order total.
  SELECT a.*,
         ROW_NUMBER() OVER (PARTITION BY query, channel, node, dimension, basis, frequency, day_from, day_to
                            ORDER BY published DESC, entry DESC, edition DESC, unit, status) AS newest,
         ROW_NUMBER() OVER (PARTITION BY query, channel, entry, node, dimension, basis, frequency, day_from, day_to
                            ORDER BY edition DESC, unit, status) AS own
  FROM admitted a
  WHERE several = 1
),
point AS (
  SELECT query, channel, -1 AS line, entry, node, unit, dimension, basis, frequency, day_from, day_to, status, high, low, nano
  FROM admitted WHERE several = 0
  UNION ALL
  SELECT query, channel, -1 AS line, entry, node, unit, dimension, basis, frequency, day_from, day_to, status, high, low, nano
  FROM ranked WHERE newest = 1
  UNION ALL
  SELECT query, channel, entry AS line, entry, node, unit, dimension, basis, frequency, day_from, day_to, status, high, low, nano
  FROM ranked WHERE own = 1
),
contained AS (
  -- R3: a child beside its parent is already in it. An interpolated parent never counts, so it hides nobody.
  SELECT DISTINCT c.query, c.channel, c.line, c.node, c.dimension, c.basis, c.frequency, c.day_from, c.day_to
  FROM point c
  JOIN tree t ON t.query = c.query AND t.node = c.node
  JOIN point p ON p.query = t.query AND p.node = t.above AND p.channel = c.channel AND p.line = c.line
              AND p.dimension = c.dimension AND p.basis = c.basis AND p.frequency = c.frequency
              AND p.day_from = c.day_from AND p.day_to = c.day_to
  WHERE t.own = 0 AND p.status <> 3
),
counted AS (
  SELECT p.*
  FROM point p
  LEFT JOIN contained c ON c.query = p.query AND c.channel = p.channel AND c.line = p.line AND c.node = p.node
                       AND c.dimension = p.dimension AND c.basis = p.basis AND c.frequency = p.frequency
                       AND c.day_from = p.day_from AND c.day_to = p.day_to
  WHERE c.node IS NULL
),
-- R10: leaf codes are the finest that any channel counts, and the named ones that none counts.
held AS (
  SELECT DISTINCT query, channel, dimension, basis, frequency, node FROM counted WHERE line = -1
),
present AS (
  SELECT DISTINCT query, node FROM held
),
reached AS (
  SELECT DISTINCT t.query, t.above AS node FROM present p JOIN tree t ON t.query = p.query AND t.node = p.node
),
parent AS (
  SELECT DISTINCT t.query, t.above AS node
  FROM present p JOIN tree t ON t.query = p.query AND t.node = p.node
  WHERE t.own = 0
),
leaf AS (
  SELECT p.query, p.node FROM present p LEFT JOIN parent a ON a.query = p.query AND a.node = p.node WHERE a.node IS NULL
  UNION ALL
  SELECT n.query, n.node FROM named n LEFT JOIN reached r ON r.query = n.query AND r.node = n.node WHERE r.node IS NULL
),
leaves AS (
  SELECT t.query, t.above AS node, COUNT(*) AS leaves
  FROM leaf l JOIN tree t ON t.query = l.query AND t.node = l.node
  GROUP BY t.query, t.above
),
all_leaves AS (
  SELECT query, COUNT(*) AS leaves FROM leaf GROUP BY query
),
held_leaves AS (
  SELECT h.query, h.channel, h.dimension, h.basis, h.frequency, COUNT(DISTINCT l.node) AS leaves
  FROM held h
  JOIN tree t ON t.query = h.query AND t.above = h.node
  JOIN leaf l ON l.query = t.query AND l.node = t.node
  GROUP BY h.query, h.channel, h.dimension, h.basis, h.frequency
),
-- R10: where there is a baseline, a code weighs what the channel itself counted of it then.
base AS (
  SELECT c.query, c.channel, c.node, c.unit, c.basis, c.frequency, SUM(c.high) AS high, SUM(c.low) AS low, SUM(c.nano) AS nano
  FROM counted c
  JOIN weighed w ON w.query = c.query
  WHERE c.line = -1 AND c.status <> 3 AND c.day_from >= w.day_from AND c.day_to <= w.day_to
  GROUP BY c.query, c.channel, c.node, c.unit, c.basis, c.frequency
),
weight AS (
  SELECT b.query, b.channel, t.above AS node, b.unit, b.basis, b.frequency,
         SUM(b.high) AS high, SUM(b.low) AS low, SUM(b.nano) AS nano
  FROM base b JOIN tree t ON t.query = b.query AND t.node = b.node
  GROUP BY b.query, b.channel, t.above, b.unit, b.basis, b.frequency
),
finer AS (
  -- Codes below one that the baseline counts whole: their part of its weight is not known.
  SELECT DISTINCT b.query, b.channel, t.node, b.unit, b.basis, b.frequency
  FROM base b JOIN tree t ON t.query = b.query AND t.above = b.node
  WHERE t.own = 0
),
grouped AS (
  SELECT c.query, c.channel, c.line, c.entry, c.unit, c.dimension, c.basis, c.frequency, c.day_from, c.day_to, c.status,
         SUM(c.high) AS high, SUM(c.low) AS low, SUM(c.nano) AS nano, COUNT(*) AS codes,
         SUM(CASE WHEN l.node IS NULL THEN 0 ELSE l.leaves END) AS leaves,
         SUM(CASE WHEN w.node IS NULL THEN 0 ELSE w.high END) AS weight_high,
         SUM(CASE WHEN w.node IS NULL THEN 0 ELSE w.low END) AS weight_low,
         SUM(CASE WHEN w.node IS NULL THEN 0 ELSE w.nano END) AS weight_nano,
         SUM(CASE WHEN f.node IS NULL THEN 0 ELSE 1 END) AS finer
  FROM counted c
  LEFT JOIN leaves l ON l.query = c.query AND l.node = c.node
  LEFT JOIN weight w ON w.query = c.query AND w.channel = c.channel AND w.node = c.node AND w.unit = c.unit
                    AND w.basis = c.basis AND w.frequency = c.frequency
  LEFT JOIN finer f ON f.query = c.query AND f.channel = c.channel AND f.node = c.node AND f.unit = c.unit
                   AND f.basis = c.basis AND f.frequency = c.frequency
  GROUP BY c.query, c.channel, c.line, c.entry, c.unit, c.dimension, c.basis, c.frequency, c.day_from, c.day_to, c.status
)
SELECT g.query, g.channel, g.line, g.entry, g.unit, g.basis, g.frequency, g.day_from, g.day_to, g.status,
       g.high, g.low, g.nano, g.codes, g.leaves, g.weight_high, g.weight_low, g.weight_nano, g.finer,
       CASE WHEN h.query IS NULL THEN 0 ELSE h.leaves END AS held_leaves, a.leaves AS all_leaves
FROM grouped g
JOIN all_leaves a ON a.query = g.query
LEFT JOIN held_leaves h ON h.query = g.query AND h.channel = g.channel AND h.dimension = g.dimension AND h.basis = g.basis
                       AND h.frequency = g.frequency
ORDER BY g.query, g.channel, g.line, g.entry, g.unit, g.basis, g.frequency, g.day_from, g.day_to, g.status
