/*
 * Prints the OpenAPI 3.1 document of the panel's tables.  The build makes
 * openapi.json of it, and the bytes in the module.  With --sql it prints the
 * statements that are composed of the resources' columns, for a reader.
 * Handlers in the tables are only pointers here and are never called.
 */

#include "panel/api/fields.h"
#include "panel/resources.h"
#include "panel/routes.h"
#include "tools/openapi_json.h"
#include "tools/openapi_operations.h"
#include "tools/openapi_schema.h"


static int vz_openapi_main_sql(void);
static json_t *vz_openapi_main_info(void);


int
main(int argc, char **argv)
{
    int                rc;
    json_t            *document;
    ngx_uint_t         count;
    const vz_route_t  *routes;

    if (argc == 2 && strcmp(argv[1], "--sql") == 0) {
        return vz_openapi_main_sql();
    }

    if (argc != 1) {
        fputs("usage: openapi [--sql]\n", stderr);
        return 2;
    }

    (void) vz_fields_add();

    routes = vz_routes_table(&count);

    document = json_object();
    vz_openapi_json_put(document, "openapi", json_string("3.1.0"));
    vz_openapi_json_put(document, "info", vz_openapi_main_info());
    vz_openapi_json_put(document, "servers", json_pack("[{s:s}]", "url",
                                                       "/api"));
    vz_openapi_json_put(document, "paths", vz_openapi_operations_paths(routes,
                                                                       count));
    vz_openapi_json_put(document, "components",
                        json_pack("{s:o, s:o, s:o}",
                                  "securitySchemes",
                                  vz_openapi_operations_schemes(),
                                  "responses",
                                  vz_openapi_operations_problems(),
                                  "schemas", vz_openapi_schema_all(routes,
                                                                   count)));

    rc = json_dumpf(document, stdout, JSON_INDENT(1) | JSON_ENSURE_ASCII);
    json_decref(document);

    if (rc != 0 || putchar('\n') == EOF || fflush(stdout) != 0) {
        perror("openapi: cannot write");
        return 1;
    }

    return 0;
}


static int
vz_openapi_main_sql(void)
{
    ngx_uint_t             i, j, count;
    vz_resource_t *const  *resources;

    if (vz_resources_init() != VZ_OK) {
        perror("openapi: cannot compose");
        return 1;
    }

    resources = vz_resources_table(&count);

    for (i = 0; i < count; i++) {
        const vz_sql_t  statements[] = {
            resources[i]->sql.rows, resources[i]->sql.one,
            resources[i]->sql.insert, resources[i]->sql.update,
            resources[i]->sql.remove
        };

        for (j = 0; j < sizeof(statements) / sizeof(statements[0]); j++) {
            if (statements[j].text != NULL) {
                printf("-- %s\n%s;\n\n", statements[j].name,
                       statements[j].text);
            }
        }
    }

    return fflush(stdout) == 0 ? 0 : 1;
}


static json_t *
vz_openapi_main_info(void)
{
    return json_pack("{s:s, s:s, s:s, s:{s:s, s:s}}",
                     "title", "vzpanel",
                     "version", "1",
                     "description",
                     "Order, monitor, start, stop and administer containers. "
                     "Every change of a container is a task.",
                     "license",
                     "name", "BSD-2-Clause",
                     "identifier", "BSD-2-Clause");
}
