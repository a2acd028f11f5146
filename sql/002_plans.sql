-- The thesis's three plans (64, 128, 256 MB of memory; 1, 2, 4 GB of disk).
INSERT INTO plan (name, memory_mib, disk_mib, cpu_units, position) VALUES
    ('Básico',       64, 1024, 1000, 1),
    ('Completo',    128, 2048, 2000, 2),
    ('Profesional', 256, 4096, 4000, 3);
