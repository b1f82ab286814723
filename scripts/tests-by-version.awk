# Reads the qemu-versions-N.csv of the modules (version,class,passed,failed,skipped,reason); prints as Markdown how the tests
# that run on several versions of QEMU went on each, and which were skipped and why.
# Of the versions in -v versions=local,5.2,... each has a column. Ends with status 1 when a test failed, and, with
# -v required=yes, when one of them has no test, or a test was skipped for another reason than that the schema of that
# QEMU lacks what it is about.

# Splits a line of CSV at its commas outside of quotes into field[]; "" in quotes is a quote.
function split_csv(line,    n, c, i, quoted) {
    n = 1; field[1] = ""
    for (i = 1; i <= length(line); i++) {
        c = substr(line, i, 1)
        if (quoted && c == "\"" && substr(line, i + 1, 1) == "\"") { field[n] = field[n] c; i++ }
        else if (c == "\"") quoted = !quoted
        else if (c == "," && !quoted) field[++n] = ""
        else field[n] = field[n] c
    }
    while (n < 6) field[++n] = ""
}
function pad(text, width, right) { return sprintf("%" (right ? "" : "-") width "s", text) }
function cell(row, version) {
    if (!((row, version) in passed)) return "-"
    return passed[row, version] " / " failed[row, version] " / " skipped[row, version]
}
function add(row, version) {
    passed[row, version] += field[3]; failed[row, version] += field[4]; skipped[row, version] += field[5]
}
function print_row(row, name,    line, i) {
    line = "| " pad(name, width[0]) " |"
    for (i = 1; i <= columns; i++) line = line " " pad(cell(row, column[i]), width[i], 1) " |"
    print line
}
BEGIN {
    columns = split(versions, column, ",")
    total = "all"
    for (i = 1; i <= columns; i++) known[column[i]] = 1
}
{ sub(/\r$/, "") }
$0 == "" || /^version,class,/ { next }
{
    split_csv($0)
    version = field[1]; class = field[2]
    sub(/.*\./, "", class)
    if (!(version in known)) { known[version] = 1; column[++columns] = version }
    if (!(class in seen)) { seen[class] = 1; row[++rows] = class }
    add(class, version)
    add("", version)
    failures += field[4]
    if (field[5] > 0) {
        reason = field[6] == "" ? "no reason given" : field[6]
        key = class " on " version ": " reason
        if (!(key in skips)) skip[++kinds] = key
        skips[key] += field[5]
        if (!(reason ~ /^QEMU / && index(reason, "does not know"))) unexplained[key] = 1
    }
}
END {
    if (rows) {
        for (i = 2; i <= rows; i++) # by name
            for (j = i; j > 1 && row[j] < row[j - 1]; j--) { name = row[j]; row[j] = row[j - 1]; row[j - 1] = name }
        width[0] = length(total)
        for (i = 1; i <= rows; i++) if (length(row[i]) > width[0]) width[0] = length(row[i])
        head = "| " pad("", width[0]) " |"; rule = "| " pad("---", width[0]) " |"
        for (i = 1; i <= columns; i++) {
            name = column[i] == "local" ? "installed" : "QEMU " column[i]
            width[i] = length(name)
            for (j = 0; j <= rows; j++) if (length(cell(j ? row[j] : "", column[i])) > width[i]) width[i] = length(cell(j ? row[j] : "", column[i]))
            head = head " " pad(name, width[i], 1) " |"
            rule = rule " " pad("---:", width[i], 1) " |"
        }
        print "Tests that run on each version of QEMU: passed / failed / skipped\n"
        print head; print rule
        for (i = 1; i <= rows; i++) print_row(row[i], row[i])
        print_row("", total)
        if (kinds) print "\nSkipped:\n"
        for (i = 1; i <= kinds; i++) print "* " skip[i] (skips[skip[i]] > 1 ? " (" skips[skip[i]] " tests)" : "")
    }
    status = failures > 0
    if (required != "") {
        for (i = 1; i <= columns; i++)
            if (!(("", column[i]) in passed)) {
                print "no test ran on " (column[i] == "local" ? "the installed QEMU" : "QEMU " column[i]) ", and all versions are required" >"/dev/stderr"
                status = 1
            }
        for (i = 1; i <= kinds; i++)
            if (skip[i] in unexplained) {
                print "skipped, and not because this QEMU does not know something: " skip[i] >"/dev/stderr"
                status = 1
            }
    }
    exit status
}
