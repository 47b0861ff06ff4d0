-- Selection and aggregation of observations (method R2, R3; design §4). One text for SQLite, DuckDB, PostgreSQL and Spark:
-- whole numbers only, no division, no dates, no dialect's functions, equality in ON and ranges in WHERE, a total order.
-- Sums are of 64 bits, and are cast to that because some engines would widen them.
--
-- What many queries ask alike is drawn once. Queries of one series, classification and edition that may use the same
-- statements are a class: in a class each figure is ranked once, however many ask for it. A branch is one code that they
-- name, with all below it: figures are added up by branch, and a query has the sum of its branches, which have no code in
-- common. Where tables lead across classifications, a query is a class of its own and its whole scope one branch.
--
-- Read:  observation(entry, classification, code, unit, basis, frequency, day_from, day_to, status, high, low, nano)
--        asked(query, class, branch, weighed)                  the branches of each query; weighed = 1 where it has a baseline
--        evidence(class, entry, channel, place, several)       which statements a class may use; place is the higher
--                                                              the newer the publication, of one day's the later entry;
--                                                              several = 1 where another of the channel may give a point
--                                                              again, 2 where the statement itself may
--        unit(unit, number, dimension)
--        withdrawn(entry, classification, code, day_from, day_to)
--        scope(class, classification, code, edition, node, astride)
--                                                              scopes expanded to the codes that are present; astride = 1
--                                                              where a code lies partly in the scope
--        tree(class, branch, node, above, own)                 each node of a branch with itself (own = 1), with all that
--                                                              stand above it there (0), and with those that no figure has (2)
--        named(branch, node)                                   the codes that the term itself names
--        weighed(branch, day_from, day_to)                     the baseline's days, where coverage is weighed by value
--        derived(class, channel, classification, code, node, part, sign, parts)
--                                                              the parts of a figure that a channel's others are put together to
--        listed(class, classification, code, node, family, kind)
--                                                              all codes of figures that are read by tables, with nodes of
--                                                              their own; kind 1: no table has it, 2: it lies astride
--        beneath(class, node, above)                           which of them stand above which
-- Give:  one row for each query, channel, line, entry, unit, basis, frequency, period, status and place in the scope.
--        Line -1 is the newest figure of every point; line -2 lists what is not counted, and what all codes of a
--        classification come to; any other line is what the entry of that number says by itself.

WITH admitted AS (
  -- R3: equality only, scopes having been expanded before.
  SELECT e.class, e.channel, e.entry, e.place, e.several, s.node, s.edition, s.astride, u.number AS unit, u.dimension,
         o.basis, o.frequency, o.day_from, o.day_to, o.status, o.high, o.low, o.nano
  FROM observation o
  JOIN evidence e ON e.entry = o.entry
  JOIN scope s ON s.class = e.class AND s.classification = o.classification AND s.code = o.code
  JOIN unit u ON u.unit = o.unit
  LEFT JOIN withdrawn w ON w.entry = o.entry AND w.classification = o.classification AND w.code = o.code
                       AND w.day_from = o.day_from AND w.day_to = o.day_to
  WHERE w.entry IS NULL
),
-- R2: of what one statement says of a point, the newest edition comes first; the rest makes the order total.
repeated AS (
  SELECT a.*,
         ROW_NUMBER() OVER (PARTITION BY class, entry, node, dimension, basis, frequency, day_from, day_to
                            ORDER BY edition DESC, unit, status) AS own
  FROM admitted a
  WHERE several = 2
),
stated AS (
  SELECT class, channel, entry, place, node, astride, unit, dimension, basis, frequency, day_from, day_to, status,
         high, low, nano
  FROM admitted WHERE several = 1
  UNION ALL
  SELECT class, channel, entry, place, node, astride, unit, dimension, basis, frequency, day_from, day_to, status,
         high, low, nano
  FROM repeated WHERE own = 1
),
-- R2: the newest publication of a point is the one of the highest place; a statement gives a point once.
newest AS (
  SELECT class, channel, node, dimension, basis, frequency, day_from, day_to, MAX(place) AS place
  FROM stated
  GROUP BY class, channel, node, dimension, basis, frequency, day_from, day_to
),
-- Two marks say on which lines a figure stands: current = 1 on that of the newest, alone = 1 on that of its own entry.
given AS (
  SELECT class, channel, entry, node, astride, unit, dimension, basis, frequency, day_from, day_to, status,
         high, low, nano, 1 AS current, 0 AS alone
  FROM admitted WHERE several = 0
  UNION ALL
  SELECT s.class, s.channel, s.entry, s.node, s.astride, s.unit, s.dimension, s.basis, s.frequency, s.day_from, s.day_to,
         s.status, s.high, s.low, s.nano, CASE WHEN n.place = s.place THEN 1 ELSE 0 END AS current, 1 AS alone
  FROM stated s
  JOIN newest n ON n.class = s.class AND n.channel = s.channel AND n.node = s.node AND n.dimension = s.dimension
               AND n.basis = s.basis AND n.frequency = s.frequency AND n.day_from = s.day_from AND n.day_to = s.day_to
),
-- R3: a figure that a channel's others are put together to, by a table that says so; each part is its own newest.
part AS (
  SELECT e.class, e.channel, e.entry, e.place, d.node, d.part, d.sign, d.parts, u.number AS unit, u.dimension,
         o.basis, o.frequency, o.day_from, o.day_to, o.status, o.high, o.low, o.nano
  FROM observation o
  JOIN evidence e ON e.entry = o.entry
  JOIN derived d ON d.class = e.class AND d.channel = e.channel AND d.classification = o.classification AND d.code = o.code
  JOIN unit u ON u.unit = o.unit
  LEFT JOIN withdrawn w ON w.entry = o.entry AND w.classification = o.classification AND w.code = o.code
                       AND w.day_from = o.day_from AND w.day_to = o.day_to
  WHERE w.entry IS NULL
),
part_ranked AS (
  SELECT p.*,
         ROW_NUMBER() OVER (PARTITION BY class, channel, node, part, dimension, basis, frequency, day_from, day_to
                            ORDER BY place DESC, unit, status) AS newest,
         ROW_NUMBER() OVER (PARTITION BY class, channel, entry, node, part, dimension, basis, frequency, day_from, day_to
                            ORDER BY unit, status) AS own
  FROM part p
),
-- All parts or none, in one unit; it is worth what the worst of them is worth.
together AS (
  SELECT class, channel, MAX(entry) AS entry, node, unit, dimension, basis, frequency, day_from, day_to,
         MAX(status) AS status, CAST(SUM(sign * high) AS BIGINT) AS high, CAST(SUM(sign * low) AS BIGINT) AS low,
         CAST(SUM(sign * nano) AS BIGINT) AS nano,
         1 AS current, 0 AS alone
  FROM part_ranked WHERE newest = 1
  GROUP BY class, channel, node, parts, unit, dimension, basis, frequency, day_from, day_to
  HAVING COUNT(*) = parts
  UNION ALL
  SELECT class, channel, entry, node, unit, dimension, basis, frequency, day_from, day_to,
         MAX(status) AS status, CAST(SUM(sign * high) AS BIGINT) AS high, CAST(SUM(sign * low) AS BIGINT) AS low,
         CAST(SUM(sign * nano) AS BIGINT) AS nano,
         0 AS current, 1 AS alone
  FROM part_ranked WHERE own = 1
  GROUP BY class, channel, entry, node, parts, unit, dimension, basis, frequency, day_from, day_to
  HAVING COUNT(*) = parts
),
-- What is put together is left out where the channel gives it itself; only what could be in its way is looked at.
beside AS (
  SELECT g.class, g.channel, g.entry, g.node, g.dimension, g.basis, g.frequency, g.day_from, g.day_to, g.current, g.alone
  FROM given g
  JOIN (SELECT DISTINCT class, node FROM derived) d ON d.class = g.class AND d.node = g.node
),
point AS (
  SELECT * FROM given
  UNION ALL
  SELECT t.class, t.channel, t.entry, t.node, 0 AS astride, t.unit, t.dimension, t.basis, t.frequency, t.day_from,
         t.day_to, t.status, t.high, t.low, t.nano, t.current, t.alone
  FROM together t
  LEFT JOIN beside g ON g.class = t.class AND g.channel = t.channel AND g.current = t.current AND g.node = t.node
                   AND g.dimension = t.dimension AND g.basis = t.basis AND g.frequency = t.frequency
                   AND g.day_from = t.day_from AND g.day_to = t.day_to
  WHERE t.current = 1 AND g.node IS NULL
  UNION ALL
  SELECT t.class, t.channel, t.entry, t.node, 0 AS astride, t.unit, t.dimension, t.basis, t.frequency, t.day_from,
         t.day_to, t.status, t.high, t.low, t.nano, t.current, t.alone
  FROM together t
  LEFT JOIN beside g ON g.class = t.class AND g.channel = t.channel AND g.entry = t.entry AND g.alone = t.alone
                   AND g.node = t.node AND g.dimension = t.dimension AND g.basis = t.basis AND g.frequency = t.frequency
                   AND g.day_from = t.day_from AND g.day_to = t.day_to
  WHERE t.alone = 1 AND g.node IS NULL
),
-- Points that have others below them; where nobody has, all that follows of them is nothing at once.
higher AS (
  SELECT p.class, p.channel, p.entry, p.node, p.astride, p.dimension, p.basis, p.frequency, p.day_from, p.day_to, p.status,
         p.current, p.alone
  FROM point p
  JOIN (SELECT DISTINCT class, above FROM tree WHERE own = 0) t ON t.class = p.class AND t.above = p.node
),
lower AS (
  SELECT p.class, p.channel, p.entry, p.node, p.astride, p.dimension, p.basis, p.frequency, p.day_from, p.day_to, p.status,
         p.current, p.alone
  FROM point p
  JOIN (SELECT DISTINCT class, node FROM tree WHERE own = 0) t ON t.class = p.class AND t.node = p.node
),
-- R3: of a code that lies astride and stands above one that does not, the finer says what lies in the scope.
astride AS (
  SELECT DISTINCT t.branch, t.node AS below, p.class, p.channel, p.entry, p.node, p.dimension, p.basis, p.frequency,
         p.day_from, p.day_to, p.current, p.alone
  FROM higher p
  JOIN tree t ON t.class = p.class AND t.above = p.node
  WHERE p.astride = 1 AND t.own = 0
),
opened AS (
  SELECT p.branch, p.channel, p.entry, p.node, p.dimension, p.basis, p.frequency, p.day_from, p.day_to,
         MAX(p.current * c.current) AS current,
         MAX(CASE WHEN c.entry = p.entry THEN p.alone * c.alone ELSE 0 END) AS alone
  FROM astride p
  JOIN lower c ON c.class = p.class AND c.node = p.below AND c.channel = p.channel
              AND c.dimension = p.dimension AND c.basis = p.basis AND c.frequency = p.frequency
              AND c.day_from = p.day_from AND c.day_to = p.day_to
  WHERE c.astride = 0 AND c.status <> 3
  GROUP BY p.branch, p.channel, p.entry, p.node, p.dimension, p.basis, p.frequency, p.day_from, p.day_to
),
-- R3: a child beside its parent is already in it. An interpolated parent never counts, so it hides nobody.
child AS (
  SELECT t.branch, t.above, c.class, c.channel, c.entry, c.node, c.dimension, c.basis, c.frequency,
         c.day_from, c.day_to, c.current, c.alone
  FROM lower c
  JOIN tree t ON t.class = c.class AND t.node = c.node
  WHERE t.own = 0
),
contained AS (
  SELECT c.branch, c.channel, c.entry, c.node, c.dimension, c.basis, c.frequency, c.day_from, c.day_to,
         MAX(CASE WHEN x.current = 1 THEN 0 ELSE c.current * p.current END) AS current,
         MAX(CASE WHEN x.alone = 1 THEN 0 WHEN c.entry = p.entry THEN c.alone * p.alone ELSE 0 END) AS alone
  FROM child c
  JOIN higher p ON p.class = c.class AND p.node = c.above AND p.channel = c.channel
              AND p.dimension = c.dimension AND p.basis = c.basis AND p.frequency = c.frequency
              AND p.day_from = c.day_from AND p.day_to = c.day_to
  LEFT JOIN opened x ON x.branch = c.branch AND x.channel = p.channel AND x.entry = p.entry AND x.node = p.node
                    AND x.dimension = p.dimension AND x.basis = p.basis AND x.frequency = p.frequency
                    AND x.day_from = p.day_from AND x.day_to = p.day_to
  WHERE p.status <> 3
  GROUP BY c.branch, c.channel, c.entry, c.node, c.dimension, c.basis, c.frequency, c.day_from, c.day_to
),
placed AS (
  SELECT t.branch, p.channel, p.entry, p.node, p.astride, p.unit, p.dimension, p.basis, p.frequency, p.day_from, p.day_to,
         p.status, p.high, p.low, p.nano, p.current, p.alone
  FROM point p
  JOIN tree t ON t.class = p.class AND t.node = p.node
  WHERE t.own = 1
),
counted AS (
  SELECT p.branch, p.channel, p.entry, p.node, p.astride, p.unit, p.dimension, p.basis, p.frequency, p.day_from, p.day_to,
         p.status, p.high, p.low, p.nano,
         CASE WHEN c.current = 1 OR x.current = 1 THEN 0 ELSE p.current END AS current,
         CASE WHEN c.alone = 1 OR x.alone = 1 THEN 0 ELSE p.alone END AS alone
  FROM placed p
  LEFT JOIN contained c ON c.branch = p.branch AND c.channel = p.channel AND c.entry = p.entry AND c.node = p.node
                       AND c.dimension = p.dimension AND c.basis = p.basis AND c.frequency = p.frequency
                       AND c.day_from = p.day_from AND c.day_to = p.day_to
  LEFT JOIN opened x ON x.branch = p.branch AND x.channel = p.channel AND x.entry = p.entry AND x.node = p.node
                    AND x.dimension = p.dimension AND x.basis = p.basis AND x.frequency = p.frequency
                    AND x.day_from = p.day_from AND x.day_to = p.day_to
),
-- R10: leaf codes are the finest that any channel counts, and the named ones that none counts.
held AS (
  SELECT DISTINCT branch, channel, dimension, basis, frequency, node FROM counted WHERE current = 1
),
present AS (
  SELECT DISTINCT branch, node FROM held
),
reached AS (
  SELECT DISTINCT t.branch, t.above AS node FROM present p JOIN tree t ON t.branch = p.branch AND t.node = p.node
),
parent AS (
  SELECT DISTINCT t.branch, t.above AS node
  FROM present p JOIN tree t ON t.branch = p.branch AND t.node = p.node
  WHERE t.own = 0
),
leaf AS (
  SELECT p.branch, p.node FROM present p LEFT JOIN parent a ON a.branch = p.branch AND a.node = p.node WHERE a.node IS NULL
  UNION ALL
  SELECT n.branch, n.node FROM named n LEFT JOIN reached r ON r.branch = n.branch AND r.node = n.node WHERE r.node IS NULL
),
leaves AS (
  SELECT t.branch, t.above AS node, COUNT(*) AS leaves
  FROM leaf l JOIN tree t ON t.branch = l.branch AND t.node = l.node
  GROUP BY t.branch, t.above
),
held_leaves AS (
  SELECT h.branch, h.channel, h.dimension, h.basis, h.frequency, COUNT(DISTINCT l.node) AS leaves
  FROM held h
  JOIN tree t ON t.branch = h.branch AND t.above = h.node
  JOIN leaf l ON l.branch = t.branch AND l.node = t.node
  GROUP BY h.branch, h.channel, h.dimension, h.basis, h.frequency
),
-- R10: where there is a baseline, a code weighs what the channel itself counted of it then.
base AS (
  SELECT c.branch, c.channel, c.node, c.unit, c.basis, c.frequency,
         CAST(SUM(c.high) AS BIGINT) AS high, CAST(SUM(c.low) AS BIGINT) AS low, CAST(SUM(c.nano) AS BIGINT) AS nano
  FROM counted c
  JOIN weighed w ON w.branch = c.branch
  WHERE c.current = 1 AND c.status <> 3 AND c.day_from >= w.day_from AND c.day_to <= w.day_to
  GROUP BY c.branch, c.channel, c.node, c.unit, c.basis, c.frequency
),
weight AS (
  SELECT b.branch, b.channel, t.above AS node, b.unit, b.basis, b.frequency,
         CAST(SUM(b.high) AS BIGINT) AS high, CAST(SUM(b.low) AS BIGINT) AS low, CAST(SUM(b.nano) AS BIGINT) AS nano
  FROM base b JOIN tree t ON t.branch = b.branch AND t.node = b.node
  GROUP BY b.branch, b.channel, t.above, b.unit, b.basis, b.frequency
),
finer AS (
  -- Codes below one that the baseline counts whole: their part of its weight is not known.
  SELECT DISTINCT b.branch, b.channel, t.node, b.unit, b.basis, b.frequency
  FROM base b JOIN tree t ON t.branch = b.branch AND t.above = b.node
  WHERE t.own = 0
),
-- Added up in two steps, by branch and then by query: of whole numbers, so that nothing is lost on the way. Channel and
-- dimension follow from entry and unit.
summed AS (
  SELECT c.branch, c.entry, c.unit, c.basis, c.frequency, c.day_from, c.day_to, c.status, c.astride, c.current, c.alone,
         MAX(c.channel) AS channel, MAX(c.dimension) AS dimension,
         CAST(SUM(c.high) AS BIGINT) AS high, CAST(SUM(c.low) AS BIGINT) AS low, CAST(SUM(c.nano) AS BIGINT) AS nano,
         COUNT(*) AS codes,
         CAST(SUM(CASE WHEN l.node IS NULL THEN 0 ELSE l.leaves END) AS BIGINT) AS leaves,
         CAST(SUM(CASE WHEN w.node IS NULL THEN 0 ELSE w.high END) AS BIGINT) AS weight_high,
         CAST(SUM(CASE WHEN w.node IS NULL THEN 0 ELSE w.low END) AS BIGINT) AS weight_low,
         CAST(SUM(CASE WHEN w.node IS NULL THEN 0 ELSE w.nano END) AS BIGINT) AS weight_nano,
         CAST(SUM(CASE WHEN f.node IS NULL THEN 0 ELSE 1 END) AS BIGINT) AS finer
  FROM counted c
  LEFT JOIN leaves l ON l.branch = c.branch AND l.node = c.node
  LEFT JOIN weight w ON w.branch = c.branch AND w.channel = c.channel AND w.node = c.node AND w.unit = c.unit
                    AND w.basis = c.basis AND w.frequency = c.frequency
  LEFT JOIN finer f ON f.branch = c.branch AND f.channel = c.channel AND f.node = c.node AND f.unit = c.unit
                   AND f.basis = c.basis AND f.frequency = c.frequency
  GROUP BY c.branch, c.entry, c.unit, c.basis, c.frequency, c.day_from, c.day_to, c.status, c.astride, c.current, c.alone
),
lined AS (
  SELECT s.*, -1 AS line FROM summed s WHERE current = 1
  UNION ALL
  SELECT s.*, s.entry AS line FROM summed s WHERE alone = 1
),
grouped AS (
  SELECT a.query, s.line, s.entry, s.unit, s.basis, s.frequency, s.day_from, s.day_to, s.status, s.astride,
         MAX(s.channel) AS channel, MAX(s.dimension) AS dimension,
         CAST(SUM(s.high) AS BIGINT) AS high, CAST(SUM(s.low) AS BIGINT) AS low, CAST(SUM(s.nano) AS BIGINT) AS nano,
         CAST(SUM(s.codes) AS BIGINT) AS codes, CAST(SUM(s.leaves) AS BIGINT) AS leaves,
         CAST(SUM(a.weighed * s.weight_high) AS BIGINT) AS weight_high,
         CAST(SUM(a.weighed * s.weight_low) AS BIGINT) AS weight_low,
         CAST(SUM(a.weighed * s.weight_nano) AS BIGINT) AS weight_nano, CAST(SUM(a.weighed * s.finer) AS BIGINT) AS finer
  FROM lined s
  JOIN asked a ON a.branch = s.branch
  GROUP BY a.query, s.line, s.entry, s.unit, s.basis, s.frequency, s.day_from, s.day_to, s.status, s.astride
),
branch_leaves AS (
  SELECT branch, COUNT(*) AS leaves FROM leaf GROUP BY branch
),
all_leaves AS (
  SELECT a.query, CAST(SUM(b.leaves) AS BIGINT) AS leaves
  FROM asked a JOIN branch_leaves b ON b.branch = a.branch
  GROUP BY a.query
),
query_leaves AS (
  SELECT a.query, h.channel, h.dimension, h.basis, h.frequency, CAST(SUM(h.leaves) AS BIGINT) AS leaves
  FROM held_leaves h JOIN asked a ON a.branch = h.branch
  GROUP BY a.query, h.channel, h.dimension, h.basis, h.frequency
),
asking AS (
  SELECT DISTINCT query, class FROM asked
),
-- R3: of figures that are read by tables, every code, newest first: what could not be mapped has a share of them.
noted AS (
  SELECT e.class, e.channel, e.place, e.several, l.node, l.family, l.kind, l.classification, l.code, u.number AS unit,
         u.dimension, o.basis, o.frequency, o.day_from, o.day_to, o.status, o.high, o.low, o.nano
  FROM observation o
  JOIN evidence e ON e.entry = o.entry
  JOIN listed l ON l.class = e.class AND l.classification = o.classification AND l.code = o.code
  JOIN unit u ON u.unit = o.unit
  LEFT JOIN withdrawn w ON w.entry = o.entry AND w.classification = o.classification AND w.code = o.code
                       AND w.day_from = o.day_from AND w.day_to = o.day_to
  WHERE w.entry IS NULL AND o.status <> 3
),
noted_ranked AS (
  SELECT n.*,
         ROW_NUMBER() OVER (PARTITION BY class, channel, node, dimension, basis, frequency, day_from, day_to
                            ORDER BY place DESC, unit, status) AS newest
  FROM noted n
  WHERE several <> 0
),
seen AS (
  SELECT class, channel, node, family, kind, classification, code, unit, dimension, basis, frequency, day_from, day_to,
         high, low, nano
  FROM noted WHERE several = 0
  UNION ALL
  SELECT class, channel, node, family, kind, classification, code, unit, dimension, basis, frequency, day_from, day_to,
         high, low, nano
  FROM noted_ranked WHERE newest = 1
),
heading AS (
  SELECT s.class, s.channel, s.node, s.kind, s.dimension, s.basis, s.frequency, s.day_from, s.day_to
  FROM seen s
  JOIN (SELECT DISTINCT class, above FROM beneath) b ON b.class = s.class AND b.above = s.node
),
within AS (
  SELECT c.class, c.channel, c.node, c.dimension, c.basis, c.frequency, c.day_from, c.day_to,
         MAX(CASE WHEN p.kind = c.kind THEN 1 ELSE 0 END) AS alike
  FROM seen c
  JOIN beneath b ON b.class = c.class AND b.node = c.node
  JOIN heading p ON p.class = b.class AND p.node = b.above AND p.channel = c.channel
             AND p.dimension = c.dimension AND p.basis = c.basis AND p.frequency = c.frequency
             AND p.day_from = c.day_from AND p.day_to = c.day_to
  GROUP BY c.class, c.channel, c.node, c.dimension, c.basis, c.frequency, c.day_from, c.day_to
),
finest AS (
  SELECT DISTINCT p.class, p.channel, p.node, p.dimension, p.basis, p.frequency, p.day_from, p.day_to
  FROM heading p
  JOIN beneath b ON b.class = p.class AND b.above = p.node
  JOIN seen c ON c.class = b.class AND c.node = b.node AND c.channel = p.channel
             AND c.dimension = p.dimension AND c.basis = p.basis AND c.frequency = p.frequency
             AND c.day_from = p.day_from AND c.day_to = p.day_to
  WHERE p.kind = 2 AND c.kind = 0
),
apart AS (
  SELECT s.class, s.channel, s.node, s.family, s.kind, s.classification, s.code, s.unit, s.basis, s.frequency, s.day_from,
         s.day_to, s.high, s.low, s.nano,
         CASE WHEN w.node IS NULL THEN 1 ELSE 0 END AS whole,
         CASE WHEN v.node IS NOT NULL THEN 0 WHEN w.node IS NULL THEN 1 ELSE 1 - w.alike END AS alone
  FROM seen s
  LEFT JOIN finest v ON v.class = s.class AND v.channel = s.channel AND v.node = s.node AND v.dimension = s.dimension
                  AND v.basis = s.basis AND v.frequency = s.frequency AND v.day_from = s.day_from AND v.day_to = s.day_to
  LEFT JOIN within w ON w.class = s.class AND w.channel = s.channel AND w.node = s.node AND w.dimension = s.dimension
                    AND w.basis = s.basis AND w.frequency = s.frequency AND w.day_from = s.day_from AND w.day_to = s.day_to
),
answer AS (
  SELECT g.query, g.channel, g.line, g.entry, g.unit, g.basis, g.frequency, g.day_from, g.day_to, g.status, g.astride,
         -1 AS listed, g.high, g.low, g.nano, g.codes, g.leaves, g.weight_high, g.weight_low, g.weight_nano, g.finer,
         CASE WHEN h.query IS NULL THEN 0 ELSE h.leaves END AS held_leaves, a.leaves AS all_leaves,
         0 AS kind, '' AS classification, '' AS code
  FROM grouped g
  JOIN all_leaves a ON a.query = g.query
  LEFT JOIN query_leaves h ON h.query = g.query AND h.channel = g.channel AND h.dimension = g.dimension
                         AND h.basis = g.basis AND h.frequency = g.frequency
  UNION ALL
  SELECT k.query, channel, -2 AS line, -1 AS entry, unit, basis, frequency, day_from, day_to, 0 AS status, 0 AS astride,
         -2 - family AS listed, CAST(SUM(high) AS BIGINT) AS high, CAST(SUM(low) AS BIGINT) AS low,
         CAST(SUM(nano) AS BIGINT) AS nano, COUNT(*) AS codes,
         0 AS leaves, 0 AS weight_high, 0 AS weight_low, 0 AS weight_nano, 0 AS finer, 0 AS held_leaves, 0 AS all_leaves,
         0 AS kind, classification, '' AS code
  FROM apart a
  JOIN asking k ON k.class = a.class
  WHERE whole = 1
  GROUP BY k.query, channel, unit, basis, frequency, day_from, day_to, family, classification
  UNION ALL
  SELECT k.query, channel, -2 AS line, -1 AS entry, unit, basis, frequency, day_from, day_to, 0 AS status, 0 AS astride,
         node AS listed, high, low, nano, 1 AS codes,
         0 AS leaves, 0 AS weight_high, 0 AS weight_low, 0 AS weight_nano, 0 AS finer, 0 AS held_leaves, 0 AS all_leaves,
         kind, classification, code
  FROM apart a
  JOIN asking k ON k.class = a.class
  WHERE kind <> 0 AND alone = 1
)
SELECT query, channel, line, entry, unit, basis, frequency, day_from, day_to, status, astride, listed,
       high, low, nano, codes, leaves, weight_high, weight_low, weight_nano, finer, held_leaves, all_leaves,
       kind, classification, code
FROM answer
ORDER BY query, channel, line, entry, unit, basis, frequency, day_from, day_to, status, astride, listed
