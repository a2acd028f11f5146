-- A container is not called what every host calls itself: it would not find
-- itself, or others.  Its node is told the new name with the next change of its
-- network.
UPDATE vm SET hostname = CONCAT('vps', ctid)
    WHERE hostname REGEXP '^[0-9.]+$|[.]localhost$'
        OR SUBSTRING_INDEX(LOWER(hostname), '.', 1) IN ('localhost',
            'localhost4', 'localhost6', 'ip6-localhost', 'ip6-loopback',
            'ip6-localnet', 'ip6-mcastprefix', 'ip6-allnodes',
            'ip6-allrouters', 'ip6-allhosts');

-- A pool's addresses are made and taken away in pieces: filled is the place in
-- it where the next piece begins, -1 while it is being taken away.  NULL is one
-- that has all it gets.
ALTER TABLE address_pool
    ADD COLUMN filled INT NULL AFTER enabled;

-- The first address of an IPv6 network is that of all its routers (RFC 4291,
-- 2.6.1), its last 128 are kept for others of that kind (RFC 2526).  Those that
-- somebody has are his until he gives them back, and nobody's then.
DELETE a FROM address a JOIN address_pool p ON p.id = a.pool_id
    WHERE a.vm_id IS NULL AND a.stranger_node IS NULL AND p.cidr LIKE '%:%'
        AND (INET6_ATON(a.address) = INET6_ATON(SUBSTRING_INDEX(p.cidr, '/', 1))
            AND SUBSTRING_INDEX(p.cidr, '/', -1) < 127
            OR SUBSTRING_INDEX(p.cidr, '/', -1) BETWEEN 112 AND 120
            AND CONV(HEX(RIGHT(INET6_ATON(a.address), 2)), 16, 10) + 0
                >= CONV(HEX(RIGHT(INET6_ATON(SUBSTRING_INDEX(p.cidr, '/', 1)),
                                  2)), 16, 10)
                   + POW(2, 128 - SUBSTRING_INDEX(p.cidr, '/', -1)) - 128);

UPDATE address a JOIN address_pool p ON p.id = a.pool_id
    SET a.reserved = 1, a.stranger_node = NULL
    WHERE (a.vm_id IS NOT NULL OR a.stranger_node IS NOT NULL)
        AND p.cidr LIKE '%:%'
        AND (INET6_ATON(a.address) = INET6_ATON(SUBSTRING_INDEX(p.cidr, '/', 1))
            AND SUBSTRING_INDEX(p.cidr, '/', -1) < 127
            OR SUBSTRING_INDEX(p.cidr, '/', -1) BETWEEN 112 AND 120
            AND CONV(HEX(RIGHT(INET6_ATON(a.address), 2)), 16, 10) + 0
                >= CONV(HEX(RIGHT(INET6_ATON(SUBSTRING_INDEX(p.cidr, '/', 1)),
                                  2)), 16, 10)
                   + POW(2, 128 - SUBSTRING_INDEX(p.cidr, '/', -1)) - 128);

-- A gateway for each family that a container has, a space between them.
ALTER TABLE vm
    MODIFY gateway VARCHAR(91) CHARACTER SET ascii NULL;
