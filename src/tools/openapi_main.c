/*
 * Prints the OpenAPI 3.1 document of the panel's tables.  The build makes
 * openapi.json of it, and the bytes in the module.  Handlers in the tables are
 * only pointers here and are never called.
 */

#include "panel/routes.h"
#include "tools/openapi_json.h"
#include "tools/openapi_operations.h"
#include "tools/openapi_schema.h"


static json_t *vz_openapi_main_info(void);


int
main(void)
{
    int                rc;
    json_t            *document;
    ngx_uint_t         count;
    const vz_route_t  *routes;

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
