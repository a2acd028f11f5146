/*
 * The table of resources: those that columns describe (panel/api/resource.h).
 */

#include "panel/account/account.h"
#include "panel/account/passkey.h"
#include "panel/account/ssh_keys.h"
#include "panel/account/token.h"
#include "panel/account/user_list.h"
#include "panel/api/resource_sql.h"
#include "panel/mail/mail_admin.h"
#include "panel/node/address_pool.h"
#include "panel/ops/audit_list.h"
#include "panel/ops/node_admin.h"
#include "panel/order/plan_admin.h"
#include "panel/order/template_admin.h"
#include "panel/resources.h"


static vz_resource_t *const  vz_resources[] = {
    &vz_account_session_resource,
    &vz_address_pool_resource,
    &vz_audit_list_resource,
    &vz_mail_admin_resource,
    &vz_node_admin_resource,
    &vz_passkey_resource,
    &vz_plan_admin_resource,
    &vz_ssh_keys_resource,
    &vz_template_admin_resource,
    &vz_token_resource,
    &vz_user_list_resource
};


vz_code_e
vz_resources_init(void)
{
    vz_code_e   rc;
    ngx_uint_t  i;

    for (i = 0; i < sizeof(vz_resources) / sizeof(vz_resources[0]); i++) {

        rc = vz_resource_sql_compose(vz_resources[i]);
        if (rc != VZ_OK) {
            return rc;
        }
    }

    return VZ_OK;
}


vz_resource_t *const *
vz_resources_table(ngx_uint_t *count)
{
    *count = sizeof(vz_resources) / sizeof(vz_resources[0]);

    return vz_resources;
}
