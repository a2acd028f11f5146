-- A container is not called what every host calls itself: it would not find
-- itself, or others.  Its node is told the new name with the next change of its
-- network.
UPDATE vm SET hostname = CONCAT('vps', ctid)
    WHERE hostname REGEXP '^[0-9.]+$|[.]localhost$'
        OR SUBSTRING_INDEX(LOWER(hostname), '.', 1) IN ('localhost',
            'localhost4', 'localhost6', 'ip6-localhost', 'ip6-loopback',
            'ip6-localnet', 'ip6-mcastprefix', 'ip6-allnodes',
            'ip6-allrouters', 'ip6-allhosts');
