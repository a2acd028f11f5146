# What nginx's configure appends to its Makefile: the number of the schema, and
# the OpenAPI document.
#
# The schema that the module needs is that of the newest file in sql/; the
# folder changes when one comes or goes.
#
# For the document a program linked with the tables of the panel writes it; the module carries it
# as bytes.  That program calls nothing of what the tables point to: made weak,
# what nginx and libraries would define may stay undefined in it.

vzpanel_out=$NGX_OBJS/vzpanel
vzpanel_tool=$NGX_OBJS/addon/tools
vzpanel_tables=
vzpanel_tools=

cat << END                                                    >> $NGX_MAKEFILE

$vzpanel_out/schema_number.c:	$ngx_addon_dir/sql
	(ls $ngx_addon_dir/sql | sed -n 's/^\([0-9][0-9][0-9]\)_.*\.sql\$\$/\1/p' \\
	 | sort -n | sed -n '\$\$s/^0*\(.*\)/const unsigned vz_schema_number = \1;/p') \\
	 > \$@.new
	grep -q number \$@.new && mv \$@.new \$@

END

for vzpanel_src in $ngx_addon_dir/src/panel/*.c \
        $ngx_addon_dir/src/panel/*/*.c $ngx_addon_dir/src/wire/*.c; do
    vzpanel_obj=addon/`basename \`dirname $vzpanel_src\``
    vzpanel_obj=$vzpanel_obj/`basename $vzpanel_src .c`.o
    vzpanel_tables="$vzpanel_tables $NGX_OBJS/$vzpanel_obj"
done

mkdir -p $vzpanel_out $vzpanel_tool

for vzpanel_src in $ngx_addon_dir/src/tools/*.c; do
    vzpanel_obj=$vzpanel_tool/`basename $vzpanel_src .c`.o
    vzpanel_tools="$vzpanel_tools $vzpanel_obj"

    cat << END                                                >> $NGX_MAKEFILE

$vzpanel_obj:	\$(ADDON_DEPS) $vzpanel_src
	\$(CC) -c \$(CFLAGS) \$(ALL_INCS) -o $vzpanel_obj $vzpanel_src
END
done

cat << END                                                    >> $NGX_MAKEFILE

$vzpanel_out/tables.o:	$vzpanel_tables
	\$(CC) -r -nostdlib -o \$@.new $vzpanel_tables
	objcopy --weaken \$@.new; mv \$@.new \$@

$vzpanel_out/openapi:	$vzpanel_tools $vzpanel_out/tables.o
	\$(LINK) -o \$@ $vzpanel_tools $vzpanel_out/tables.o \\
	    $NGX_LD_OPT -ljansson

$vzpanel_out/openapi.json:	$vzpanel_out/openapi
	$vzpanel_out/openapi > \$@.new
	mv \$@.new \$@

$vzpanel_out/openapi_text.c:	$vzpanel_out/openapi.json
	(sum=\`sha256sum $vzpanel_out/openapi.json | cut -c 1-16\`; \\
	 echo "const char vz_openapi_tag[] = \\"\$\$sum\\";"; \\
	 echo 'const char vz_openapi_text[] ='; \\
	 sed 's/[\\\\"]/\\\\&/g; s/.*/    "&\\\\n"/; \$\$s/\$\$/;/' \\
	     $vzpanel_out/openapi.json; \\
	 echo 'const unsigned long vz_openapi_size ='; \\
	 echo '    sizeof(vz_openapi_text) - 1;') > \$@.new
	mv \$@.new \$@

END

# The common passwords, a word a line, as one text.

cat << END                                                    >> $NGX_MAKEFILE

$vzpanel_out/common_passwords.c:	$ngx_addon_dir/src/panel/account/common_passwords.txt
	(echo 'const char vz_password_choice_text[] ='; \\
	 sed 's/.*/    "&\\\\n"/; \$\$s/\$\$/;/' \\
	     $ngx_addon_dir/src/panel/account/common_passwords.txt; \\
	 echo 'const unsigned long vz_password_choice_size ='; \\
	 echo '    sizeof(vz_password_choice_text) - 1;') > \$@.new
	mv \$@.new \$@

END
