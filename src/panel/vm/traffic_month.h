/*
 * What a container received and sent in this month, of UTC, against its quota:
 * expressions over the tables vm v and, joined by VZ_TRAFFIC_MONTH_JOIN,
 * vm_traffic x.
 */

#ifndef VZ_TRAFFIC_MONTH_H
#define VZ_TRAFFIC_MONTH_H


/* the first day of this month, and of the next */
#define VZ_TRAFFIC_MONTH       "DATE_FORMAT(UTC_DATE(), '%Y-%m-01')"
#define VZ_TRAFFIC_MONTH_NEXT                                                 \
    "DATE_FORMAT(UTC_DATE() + INTERVAL 1 MONTH, '%Y-%m-01T00:00:00Z')"

#define VZ_TRAFFIC_MONTH_JOIN                                                 \
    " LEFT JOIN vm_traffic x ON x.vm_id = v.id"                               \
    " AND x.month = " VZ_TRAFFIC_MONTH

/* bytes of both directions: the quota is of their sum */
#define VZ_TRAFFIC_MONTH_USED  "(COALESCE(x.bytes_in + x.bytes_out, 0))"

/* 1 where at least so many per cent of the quota are used, else 0 */
#define vz_traffic_month_at(percent)                                          \
    "COALESCE(" VZ_TRAFFIC_MONTH_USED " * 100"                                \
    " >= v.traffic_gib * 1073741824 * " percent ", 0)"

#define VZ_TRAFFIC_MONTH_OVER  vz_traffic_month_at("100")
#define VZ_TRAFFIC_MONTH_NEAR  vz_traffic_month_at("80")

/* whether it is to be throttled, or stopped, for what it has used */
#define VZ_TRAFFIC_MONTH_SLOW                                                 \
    "(" VZ_TRAFFIC_MONTH_OVER " AND v.traffic_action = 'throttle')"
#define VZ_TRAFFIC_MONTH_STOP                                                 \
    "(" VZ_TRAFFIC_MONTH_OVER " AND v.traffic_action = 'suspend')"


#endif /* VZ_TRAFFIC_MONTH_H */
