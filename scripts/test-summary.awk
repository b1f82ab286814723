# Reads Surefire's reports; prints which tests were skipped and why, and as the last line how many passed, failed and were skipped.
# Ends with status 1 when no test ran. In the reports each element has its own line; what tests printed is in CDATA and may
# look like anything.

function attribute(line, name,    from) {
    from = index(line, " " name "=\"")
    if (!from) return ""
    line = substr(line, from + length(name) + 3)
    return substr(line, 1, index(line, "\"") - 1)
}
function text(xml) {
    gsub(/&#10;.*/, "", xml); gsub(/&lt;/, "<", xml); gsub(/&gt;/, ">", xml)
    gsub(/&quot;/, "\"", xml); gsub(/&apos;/, "\047", xml); gsub(/&amp;/, "\\&", xml)
    return xml
}
function skip(reason,    key) {
    sub(/^Assumption failed: /, "", reason)
    if (reason == "") reason = "no reason given"
    key = class SUBSEP reason
    if (!(key in count)) order[++keys] = key
    count[key]++; test[key] = name
}
{
    line = $0
    if (reason_follows) { reason_follows = 0; sub(/\]\]>.*/, "", line); skip(line); line = $0 }
    if (cdata) {
        if (!(end = index(line, "]]>"))) next
        line = substr(line, end + 3); cdata = 0
    }
    printed = ""
    while ((from = index(line, "<![CDATA["))) {
        rest = substr(line, from + 9)
        if ((end = index(rest, "]]>"))) { printed = substr(rest, 1, end - 1); line = substr(line, 1, from - 1) substr(rest, end + 3) }
        else { printed = rest; line = substr(line, 1, from - 1); cdata = 1 }
    }
}
line ~ /<testcase / {
    tests++; counted = 0
    class = attribute(line, "classname"); name = attribute(line, "name")
    sub(/.*\./, "", class)
}
line ~ /<(failure|error)[ >\/]/ && !counted { failed++; counted = 1 }
line ~ /<skipped[ >\/]/ && !counted {
    skipped++; counted = 1
    reason = text(attribute(line, "message"))
    if (reason == "") { # a failed assumption: its text is in the stack trace, after the name of the exception
        reason = printed
        sub(/^[A-Za-z0-9_.$]+(: *)?/, "", reason)
        if (reason == "" && cdata) { reason_follows = 1; next }
    }
    skip(reason)
}
END {
    if (keys) print "\nSkipped:"
    for (i = 1; i <= keys; i++) {
        split(order[i], part, SUBSEP)
        if (count[order[i]] == 1 && test[order[i]] != "") where = part[1] "." text(test[order[i]])
        else where = part[1] " (" count[order[i]] (count[order[i]] == 1 ? " test)" : " tests)")
        print "  " where ": " part[2]
    }
    printf "\n%d passed, %d failed, %d skipped\n", tests - failed - skipped, failed, skipped
    exit tests - skipped > 0 ? 0 : 1
}