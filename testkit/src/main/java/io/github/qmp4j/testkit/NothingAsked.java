package io.github.qmp4j.testkit;

import java.util.List;
import org.junit.jupiter.api.extension.ClassTemplateInvocationContext;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The run of a test class on no version: each test is disabled, for a reason. A class that is disabled as a whole would be one
 * without tests to Surefire, which reports nothing of it then.
 */
record NothingAsked(String reason) implements ClassTemplateInvocationContext, ExecutionCondition {
    @Override
    public String getDisplayName(int index) {
        return "no version";
    }

    @Override
    public List<Extension> getAdditionalExtensions() {
        return List.of(this);
    }

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        return context.getTestMethod().isPresent()
                ? ConditionEvaluationResult.disabled(reason)
                : ConditionEvaluationResult.enabled("its tests are disabled one by one");
    }
}
