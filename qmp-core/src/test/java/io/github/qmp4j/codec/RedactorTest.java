package io.github.qmp4j.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedactorTest {

    private static ObjectNode json(String text) throws Exception {
        return (ObjectNode) new ObjectMapper().readTree(text);
    }

    /** In each line the secret is {@code hunter2}, in the shape in which QEMU's commands and replies hold one. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'execute':'object-add','arguments':{'qom-type':'secret','id':'s','data':'hunter2'}}",
                "{'execute':'object-add','arguments':{'qom-type':'secret','id':'s','props':{'data':'hunter2'}}}",
                "{'exec-oob':'set_password','arguments':{'protocol':'vnc','password':'hunter2'}}",
                "{'execute':'change-vnc-password','arguments':{'password':'hunter2'}}",
                "{'execute':'change','arguments':{'device':'vnc','target':'password','arg':'hunter2'}}",
                "{'execute':'qom-set','arguments':{'path':'/objects/s','property':'data','value':'hunter2'}}",
                "{'execute':'send-key','arguments':{'keys':[{'type':'qcode','data':'hunter2'}]}}",
                "{'execute':'guest-set-user-password','arguments':{'username':'root','password':'hunter2'}}",
                "{'execute':'human-monitor-command','arguments':{'command-line':'set_password vnc hunter2'}}",
                "{'execute':'human-monitor-command','arguments':{'command-line':'object_add secret,id=s,data=hunter2'}}",
                "{'execute':'blockdev-add','arguments':{'driver':'https','url':'https://me:hunter2@host/x'}}",
                "{'execute':'blockdev-add','arguments':{'driver':'https','url':'https://me:a@hunter2@host/x'}}",
                "{'execute':'blockdev-add','arguments':{'driver':'https','url':'u','cookie':'hunter2'}}",
                "{'execute':'transaction','arguments':{'actions':[{'data':{'proxy-password':'hunter2'}}]}}",
                "{'return':[{'file':'rbd:pool/image:id=admin:key=hunter2:mon_host=m'}]}",
                "{'return':[{'file':'json:{\\\"driver\\\": \\\"x\\\", \\\"file.password\\\" : \\\"hunter2\\\"}'}]}",
                "{'return':{'pem':'-----BEGIN RSA PRIVATE KEY-----\\nhunter2\\n-----END RSA PRIVATE KEY-----'}}",
                "{'return':[{'properties':[{'name':'data','type':'string','value':'hunter2'}]}]}",
                "{'return':{'nested':[[{'Password':{'plain':'hunter2'}}]]}}",
            })
    void secretIsNotWritten(String quoted) throws Exception {
        ObjectNode message = json(quoted.replace('\'', '"'));
        String before = message.toString();
        assertThat(Redactor.line(message, false)).doesNotContain("hunter2").contains("***");
        assertThat(message.toString())
                .as("the message itself")
                .isEqualTo(before)
                .contains("hunter2");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'execute':'blockdev-add','arguments':{'driver':'luks','key-secret':'s','passwordid':'p'}}",
                "{'event':'BLOCK_JOB_READY','data':{'device':'d','len':9007199254740993,'offset':0.5},'timestamp':null}",
                "{'execute':'expire_password','arguments':{'protocol':'vnc','time':'never'}}",
                "{'execute':'human-monitor-command','arguments':{'command-line':'info block'}}",
                "{'return':[{'name':'password','type':'str'},{'password':true,'url':'nbd://host:10809/x@y'}],'id':3}",
            })
    void whatIsNoSecretIsWrittenAsItIs(String quoted) throws Exception {
        ObjectNode message = json(quoted.replace('\'', '"'));
        assertThat(Redactor.line(message, false)).isEqualTo(message.toString());
    }

    @Test
    void replyToTheReadingOfASecretPropertyIsHidden() throws Exception {
        ObjectNode ask = json(
                "{\"execute\":\"qom-get\",\"arguments\":{\"path\":\"/objects/s\",\"property\":\"data\"},\"id\":1}");
        assertThat(Redactor.asksForSecret(ask)).isTrue();
        assertThat(Redactor.asksForSecret(json("{\"execute\":\"qom-get\",\"arguments\":{\"property\":\"type\"}}")))
                .isFalse();
        assertThat(Redactor.line(json("{\"return\":\"hunter2\",\"id\":1}"), true))
                .isEqualTo("{\"return\":\"***\",\"id\":1}");
    }

    /** Nothing in a text may make the search take more than linear time, or end the stack. */
    @Test
    @org.junit.jupiter.api.Timeout(20)
    void longTextsTakeLinearTime() throws Exception {
        ObjectNode message = json("{}");
        message.put("a", "://".repeat(1_000_000));
        message.put("b", "\"password\":\"" + "x".repeat(3_000_000));
        message.put("c", "\"" + "a.".repeat(1_000_000) + "\":");
        message.put("d", "://u:" + "x".repeat(3_000_000));
        message.put("e", "://u:".repeat(600_000));
        assertThat(Redactor.line(message, false)).doesNotContain("xxx\"}");
    }
}
